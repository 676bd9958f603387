// Loads the list anew in its place: what is selected stays so, and the row that one reads stays where it is.
import { current, numberOf, rowOf, rows, setCurrent } from './rows.js';

function firstInView() {
  return rows().find((row) => row.getBoundingClientRect().bottom > 0);
}

export async function refresh() {
  const list = document.querySelector('[data-picks] .list');
  const answer = list ? await fetch(location.href).catch(() => null) : null;
  const fresh = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), 'text/html');
  const other = fresh && fresh.querySelector('[data-picks] .list');
  if (!other) {
    location.reload();
    return;
  }
  const chosen = new Set([...document.querySelectorAll('[data-pick]:checked')].map((input) => input.value));
  const [number, top] = [current() && numberOf(current()), firstInView()];
  const [anchor, was] = top ? [numberOf(top), top.getBoundingClientRect().top] : [];
  list.replaceChildren(...other.childNodes);
  for (const input of list.querySelectorAll('[data-pick]')) input.checked = chosen.has(input.value);
  if (number) setCurrent(rowOf(number));
  const queue = document.querySelector('[data-queue]');
  queue.dataset.newest = fresh.querySelector('[data-queue]').dataset.newest;
  const now = anchor && rowOf(anchor);
  // At the top one sees what is new; further down nothing moves.
  if (now && scrollY > 0) scrollBy(0, now.getBoundingClientRect().top - was);
  document.querySelector('[data-picks]').dispatchEvent(new Event('picks:changed'));
}
