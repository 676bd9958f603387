// <button data-reveal="id of the password field">: show it and hide it again.
function reveal(button, field, shown) {
  field.type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(shown));
  button.querySelector('[data-reveal-word]').textContent = shown ? 'Hide' : 'Show';
}

for (const button of document.querySelectorAll('[data-reveal]')) {
  const field = document.getElementById(button.dataset.reveal);
  if (!field) continue;
  button.addEventListener('click', () => {
    reveal(button, field, field.type === 'password');
    field.focus();
  });
  // Sent as a password, or the browser would offer it later as an ordinary entry.
  field.form?.addEventListener('submit', () => reveal(button, field, false));
}
