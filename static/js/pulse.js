// Asks every few seconds whether anything has happened, while somebody looks: the sidebar's numbers, and what came into the list.
import { refresh } from './refresh.js';

const EVERY = 12_000;
const JITTER = 3_000;
const LONGEST = 5 * 60_000;
const SIGNED_OUT = [401, 403];
const nav = document.querySelector('[data-pulse]');
const place = document.querySelector('[data-arrivals]');
let tag = '';
let pause = EVERY;
let timer;
let stopped = !nav;

const inThrees = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, '\u202f');

function address() {
  const queue = document.querySelector('[data-queue]');
  return queue ? `${nav.dataset.pulse}?${queue.dataset.query}&seen=${queue.dataset.newest}` : nav.dataset.pulse;
}

function count(counts) {
  for (const element of document.querySelectorAll('[data-count]')) {
    const n = counts[element.dataset.count];
    if (n === undefined) continue;
    element.firstChild.textContent = inThrees(n);
    if (element.closest('h1')) document.title = document.title.replace(/\([\d\u202f]+\)/, `(${inThrees(n)})`);
  }
}

function arrive(n) {
  if (!place || String(n) === (place.dataset.n ?? '0')) return;
  place.dataset.n = n;
  const link = document.createElement('a');
  link.className = 'btn';
  link.href = location.href;
  link.textContent = n === 1 ? '1 new ticket' : `${inThrees(n)} new tickets`;
  place.replaceChildren(...(n ? [link] : []));
}

async function ask() {
  const headers = tag ? { 'If-None-Match': tag } : {};
  const answer = await fetch(address(), { headers, cache: 'no-store', redirect: 'manual' });
  if (answer.type === 'opaqueredirect' || SIGNED_OUT.includes(answer.status)) stopped = true;
  else if (answer.status === 200) {
    tag = answer.headers.get('ETag') ?? '';
    const { counts, arrived } = await answer.json();
    count(counts);
    arrive(arrived);
  } else if (answer.status !== 304) throw new Error(String(answer.status));
}

async function beat() {
  try {
    await ask();
    pause = EVERY;
  } catch {
    pause = Math.min(pause * 2, LONGEST);
  }
  wait();
}

function wait() {
  clearTimeout(timer);
  if (!stopped && !document.hidden) timer = setTimeout(beat, pause + Math.random() * JITTER);
}

place?.addEventListener('click', async (event) => {
  event.preventDefault();
  event.target.setAttribute('aria-busy', 'true');
  await refresh();
  tag = '';
  arrive(0);
});

document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (!document.hidden && !stopped) beat();
});
wait();
