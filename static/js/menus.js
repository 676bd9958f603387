// details.menu opens without scripts; here it also closes on Esc, outside click and Tab out, and arrows move.
const menus = () => document.querySelectorAll('details.menu[open]');
const items = (menu) => [...menu.querySelectorAll('.pop :is(.item, .input):not(:disabled)')];

function close(menu, { focus = false } = {}) {
  menu.open = false;
  if (focus) menu.querySelector('summary').focus();
}

document.addEventListener('click', (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) close(menu);
});

document.addEventListener('focusin', (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) close(menu);
});

document.addEventListener('keydown', (event) => {
  const menu = event.target.closest?.('details.menu');
  if (!menu) return;
  if (event.key === 'Escape' && menu.open) {
    // One Esc closes one thing: not also the dialog around the menu.
    event.preventDefault();
    close(menu, { focus: true });
    return;
  }
  // These use the arrows themselves.
  if (event.target.matches('select, textarea, [type=radio], [type=number], [type=date]')) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  if (!menu.open && event.target.tagName !== 'SUMMARY') return;
  event.preventDefault();
  menu.open = true;
  const list = items(menu);
  if (!list.length) return;
  const at = list.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length;
  list[next].focus();
});
