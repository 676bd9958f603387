// Keys of every page of the help desk: find, new ticket, undo, and "g" with where to.
import { keys } from './keys.js';

const VIEWS = { m: 'mine', u: 'unassigned', o: 'open', w: 'waiting' };

function find() {
  const fields = [...document.querySelectorAll('main [data-key-find], .nav [data-key-find]')];
  const field = fields.find((each) => each.checkVisibility());
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

function click(selector) {
  return () => {
    const element = document.querySelector(selector);
    element?.click();
    return Boolean(element);
  };
}

keys({
  '/': find,
  c: click('[data-key-new]'),
  z: click('[data-undo]'),
  'g a': click('[data-key-analytics]'),
  ...Object.fromEntries(Object.entries(VIEWS).map(([key, view]) => [`g ${key}`, click(`.nav a:has([data-count=${view}])`)])),
});
