// The ticket beside the queue: fetched alone, with the page's address in step. Without scripts ?preview= does the same.
import { onSwitch, press, remember } from './desk.js';
import { current, isWide, linkOf, numberOf, rowOf, rows, setCurrent } from './rows.js';

const SLOW = 400;
const VALUES = { on: 'on', off: 'off' };
const queue = document.querySelector('[data-queue]');
const toggle = queue?.querySelector('[data-desk=preview] button');
let asking = null;

const pane = () => queue?.querySelector('.preview');
export const isOpen = () => Boolean(pane()) && isWide();
export const shownNumber = () => pane()?.dataset.number;

function keepAddress(number) {
  const address = new URL(location.href);
  if (number) address.searchParams.set('preview', number);
  else address.searchParams.delete('preview');
  history.replaceState(history.state, '', address);
  // Acts come back to the page as it looks now.
  const back = queue.querySelector('[data-picks] [name=back]');
  if (back) back.value = address.pathname + address.search;
}

function put(made) {
  if (pane()) pane().replaceWith(made);
  else queue.append(made);
  const place = rows().findIndex((row) => numberOf(row) === made.dataset.number);
  for (const step of made.querySelectorAll('[data-preview-step]')) {
    const row = place < 0 ? null : rows()[place + Number(step.dataset.previewStep)];
    if (!row) continue;
    const address = new URL(location.href);
    address.searchParams.set('preview', numberOf(row));
    step.href = address.pathname + address.search;
    step.removeAttribute('aria-disabled');
    step.removeAttribute('role');
  }
}

function waiting(number) {
  const made = document.createElement('aside');
  made.className = 'preview';
  made.dataset.number = number;
  made.setAttribute('aria-busy', 'true');
  made.setAttribute('aria-label', `Preview of #${number}`);
  made.innerHTML = '<p class="vh" role="status">Loading the preview</p><div class="skel"></div><div class="skel"></div><div class="skel"></div>';
  return made;
}

async function fragment(number, signal) {
  const answer = await fetch(`${location.pathname}/${number}${location.search}`, { signal });
  if (answer.redirected) location.reload(); // signed out meanwhile
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.preview');
}

export async function open(row) {
  const number = numberOf(row);
  setCurrent(row);
  if (!isWide()) {
    linkOf(row).click();
    return;
  }
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  keepAddress(number);
  if (toggle) press(toggle, VALUES, true);
  const slow = setTimeout(() => put(waiting(number)), pane() ? SLOW : 0);
  try {
    put(await fragment(number, signal));
  } catch (error) {
    if (error.name === 'AbortError') return;
    const made = waiting(number);
    made.removeAttribute('aria-busy');
    made.textContent = 'This preview could not be loaded. The ticket may be gone, or the connection.';
    put(made);
  } finally {
    clearTimeout(slow);
  }
}

export function close() {
  if (!pane()) return false;
  asking?.abort();
  const hadFocus = pane().contains(document.activeElement);
  pane().remove();
  keepAddress(null);
  if (toggle) press(toggle, VALUES, false);
  if (hadFocus) (current() ? linkOf(current()) : toggle)?.focus();
  return true;
}

// Where the words of a title are, a click opens the ticket; anywhere else in its row it shows the preview.
function isOnWords(link, x, y) {
  const range = document.createRange();
  range.selectNodeContents(link);
  return [...range.getClientRects()].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
}

if (queue) {
  onSwitch('[data-desk=preview]', VALUES, (on) => {
    const row = current() ?? rows()[0];
    if (!on) close();
    else if (row) open(row);
  });

  queue.addEventListener('click', (event) => {
    const step = event.target.closest('a[data-preview-step]');
    if (step && step.href) {
      const row = rowOf(new URL(step.href).searchParams.get('preview'));
      if (!row) return;
      event.preventDefault();
      open(row).then(() => pane()?.querySelector(`[data-preview-step="${step.dataset.previewStep}"]`)?.focus());
      return;
    }
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest('.tk-title a');
    // A key "clicks" at no place.
    if (!link || !isWide() || event.detail === 0 || isOnWords(link, event.clientX, event.clientY)) return;
    event.preventDefault();
    open(link.closest('.tk'));
  });

  queue.addEventListener('submit', (event) => {
    const form = event.target.closest('[data-preview-close]');
    if (!form) return;
    event.preventDefault();
    remember(form, form.querySelector('button'));
    close();
  });
}
