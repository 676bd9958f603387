// Ctrl/Cmd+Enter in an editor sends its form; with Shift the button[data-then-solve], where there is one.
const shown = (button) => button.checkVisibility?.() ?? button.offsetParent !== null;

function primary(form) {
  return [...form.querySelectorAll('button.btn--primary:not([type=button])')].find(shown);
}

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest?.('[data-editor]') && event.target.form;
  if (!form) return;
  // The solving button lies in a closed menu, so it need not be shown. A note never solves.
  const writingNote = form.querySelector('[name=kind][value=note]:checked');
  const button = event.shiftKey ? !writingNote && form.querySelector('button[data-then-solve]') : primary(form);
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
});
