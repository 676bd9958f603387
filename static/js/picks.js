// <form data-picks> with input[data-pick] in its rows: select all, Shift for a range, all of the view; says how many there are.
const form = document.querySelector('form[data-picks]');
const picks = () => [...form.querySelectorAll('input[data-pick]')];
const every = form?.querySelector('[data-pick-every]');
let last = null;

function told() {
  const all = form.querySelector('[data-pick-all]');
  const chosen = picks().filter((pick) => pick.checked).length;
  if (all) {
    all.checked = chosen > 0 && chosen === picks().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
  if (every && !chosen) every.checked = false;
  const said = every?.checked ? `All ${every.dataset.total} selected` : chosen ? `${chosen} selected` : '';
  form.querySelector('[data-pick-count]').textContent = said;
  form.querySelector('[data-pick-said]').textContent = said;
}

function range(to, checked) {
  const list = picks();
  const from = list.indexOf(last);
  if (from < 0) return;
  const [low, high] = [from, list.indexOf(to)].sort((a, b) => a - b);
  for (const between of list.slice(low, high + 1)) between.checked = checked;
}

// Selects or leaves one; with `through` also what lies between it and the one before.
export function pick(input, { through = false, checked = !input.checked } = {}) {
  input.checked = checked;
  if (through) range(input, checked);
  last = input;
  told();
}

export function clear() {
  const some = picks().some((input) => input.checked);
  for (const input of picks()) input.checked = false;
  told();
  return some;
}

export const selected = () => (form ? picks().filter((input) => input.checked) : []);

if (form) {
  form.addEventListener('click', (event) => {
    const input = event.target.closest('input[data-pick]');
    if (input) pick(input, { through: event.shiftKey, checked: input.checked });
  });
  form.addEventListener('change', (event) => {
    if (event.target.matches('[data-pick-all]')) for (const input of picks()) input.checked = event.target.checked;
    told();
  });
  form.addEventListener('reset', (event) => {
    event.preventDefault();
    clear();
  });
  form.addEventListener('picks:changed', told);
  // The browser may restore ticks on reload or on the way back.
  addEventListener('pageshow', told);
}
