// <form data-desk="density">: a switch of how one works. It acts at once; the server remembers it meanwhile.
export function remember(form, button) {
  const body = new FormData(form);
  body.set(button.name, button.value);
  // The answer is a redirect back to the page that is here already.
  return fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => {});
}

// on(pressed, button) changes the page; the button's value is what pressing it asks for next.
export function onSwitch(selector, values, change) {
  document.addEventListener('submit', (event) => {
    const form = event.target.closest(selector);
    const button = form?.querySelector('button');
    if (!button) return;
    event.preventDefault();
    const on = button.value === values.on;
    remember(form, button);
    press(button, values, on);
    change(on);
  });
}

export function press(button, values, on) {
  button.setAttribute(button.hasAttribute('aria-checked') ? 'aria-checked' : 'aria-pressed', String(on));
  button.value = on ? values.off : values.on;
}

onSwitch('[data-desk=density]', { on: 'compact', off: 'comfortable' }, (on) => {
  document.querySelector('[data-queue]').classList.toggle('queue--compact', on);
});
