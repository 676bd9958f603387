// A second click must not send a form twice. The button stays enabled, so that focus and its value survive.
const busy = new WeakSet();
const LONG_ENOUGH = 20_000;

function release(form, button) {
  busy.delete(form);
  button?.removeAttribute('aria-busy');
}

// On window, because by then every other listener has had the chance to refuse.
addEventListener('submit', (event) => {
  const { target: form, submitter } = event;
  if (busy.has(form)) event.preventDefault();
  if (event.defaultPrevented || form.method !== 'post') return;
  busy.add(form);
  submitter?.setAttribute('aria-busy', 'true');
  // A download, or loading that somebody stopped, leaves the page where it is.
  setTimeout(() => release(form, submitter), LONG_ENOUGH);
});

// The back button may bring the page back as it was left, busy.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) release(form);
  for (const button of document.querySelectorAll('button[aria-busy]')) button.removeAttribute('aria-busy');
});
