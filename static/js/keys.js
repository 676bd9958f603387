// Single keys. Each module says which of them it knows: keys({ j: () => move(1), '?': open, 'Shift+x': range, 'g m': go }).
// They act only while no field has the focus and no dialog is open; an action that answers false was none, and the key stays
// the browser's. Whoever has switched them off (WCAG 2.1.4) has body.no-keys.
const FIELD = 'input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]';
const PATIENCE = 1500;

const actions = new Map();
let before = '';
let beforeUntil = 0;

export function keys(more) {
  for (const [name, action] of Object.entries(more)) actions.set(name, action);
}

function named(event) {
  if (event.key === ' ') return 'Space';
  const letter = /^[a-z]$/i.test(event.key);
  return letter ? (event.shiftKey ? 'Shift+' : '') + event.key.toLowerCase() : event.key;
}

// "g" and then "m", with a moment between them.
function found(name) {
  const sequence = Date.now() < beforeUntil ? actions.get(`${before} ${name}`) : undefined;
  before = name;
  beforeUntil = Date.now() + PATIENCE;
  return sequence ?? actions.get(name);
}

// What a focused button or an open menu does with a key is its own.
function isTaken(target, name) {
  if (target.closest('dialog, details.menu[open] .pop')) return true;
  return ['Enter', 'Space'].includes(name) && target.matches('a, button, summary, input, [tabindex="0"]') && !target.closest('.tk-title');
}

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  if (event.key === 'Escape' && target.matches(FIELD)) {
    target.blur();
    return;
  }
  if (document.body.classList.contains('no-keys') && event.key !== 'Escape') return;
  const name = named(event);
  if (target.matches(FIELD) || isTaken(target, name) || document.querySelector('dialog[open]')) return;
  const action = found(name);
  if (action && action() !== false) event.preventDefault();
});
