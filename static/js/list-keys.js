// Keys in a list of tickets: the current row is the cursor, and has the focus while keys move it.
import { keys } from './keys.js';
import { clear, pick, selected } from './picks.js';
import * as preview from './preview.js';
import { current, linkOf, numberOf, rowOf, rows, setCurrent } from './rows.js';

const FOLLOWING = 120;
const KEPT = 'list-cursor';
const form = document.querySelector('form[data-picks]');
let following;

function move(step) {
  const list = rows();
  if (!list.length) return false;
  const place = list.indexOf(current());
  const row = list[place < 0 ? 0 : Math.min(Math.max(place + step, 0), list.length - 1)];
  setCurrent(row);
  linkOf(row).focus();
  if (!preview.isOpen()) return true;
  // Whoever holds the key down wants the last one, not all between.
  clearTimeout(following);
  following = setTimeout(() => preview.open(row), FOLLOWING);
  return true;
}

function onCurrent(action) {
  return () => {
    const row = current();
    return row ? action(row) : false;
  };
}

function togglePreview(row) {
  if (!document.querySelector('[data-queue]')) return false;
  if (preview.isOpen() && preview.shownNumber() === numberOf(row)) preview.close();
  else preview.open(row);
  return true;
}

// What keys act on: the selection, or else the current row.
function withSelection(action) {
  return () => {
    if (!form) return false;
    if (!selected().length) {
      if (!current()) return false;
      pick(current().querySelector('[data-pick]'), { checked: true });
    }
    return action();
  };
}

function press(selector) {
  const button = form.querySelector(selector);
  if (!button) return false;
  form.requestSubmit(button);
  return true;
}

function openMenu(selector) {
  const menu = form.querySelector(selector);
  if (!menu) return false;
  menu.open = true;
  menu.querySelector('.item')?.focus();
  return true;
}

function pickCurrent(through) {
  return onCurrent((row) => {
    const input = row.querySelector('[data-pick]');
    if (!input) return false;
    pick(input, through ? { through: true, checked: true } : {});
    return true;
  });
}

keys({
  j: () => move(1),
  k: () => move(-1),
  Enter: onCurrent((row) => { linkOf(row).click(); }),
  Space: onCurrent(togglePreview),
  x: pickCurrent(false),
  'Shift+x': pickCurrent(true),
  r: onCurrent((row) => { location.href = `${linkOf(row).href}#composer`; }),
  i: withSelection(() => press('[data-key-take]')),
  a: withSelection(() => openMenu('[data-key-assign]')),
  s: withSelection(() => openMenu('[data-key-status]')),
  p: withSelection(() => openMenu('[data-key-priority]')),
  t: withSelection(() => press('[data-key-tags]')),
  Escape: () => preview.close() || (form ? clear() : false),
});

// Tab moves the cursor too.
document.querySelector('.tickets')?.addEventListener('focusin', (event) => {
  const row = event.target.closest('.tk');
  if (row && row !== current()) setCurrent(row);
});

// --- the cursor survives an act and a visit to a ticket -----------------------------------------

const here = () => location.pathname + location.search.replace(/[?&]preview=\d+/, '');

form?.addEventListener('submit', () => {
  const row = current();
  if (row) sessionStorage.setItem(KEPT, JSON.stringify({ at: here(), number: numberOf(row), place: rows().indexOf(row) }));
});

function kept() {
  const stored = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
  sessionStorage.removeItem(KEPT);
  if (stored?.at === here()) return stored;
  const visited = /^\/tickets\/(\d+)$/.exec(document.referrer && new URL(document.referrer).pathname);
  return visited ? { number: visited[1], place: -1 } : null;
}

const cursor = kept();
// Where the ticket has left the list, the one that stands in its place.
const row = cursor && !current() && (rowOf(cursor.number) ?? rows().at(Math.min(cursor.place, rows().length - 1)));
if (row && (cursor.place >= 0 || rowOf(cursor.number))) {
  setCurrent(row);
  row.scrollIntoView({ block: 'nearest' });
}
