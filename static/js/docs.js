// "Try it" on /docs: <details data-try data-method data-path> sends one call with the token of [data-token].
const token = document.querySelector('[data-token]');

function request(form) {
  const headers = new Headers();
  const query = new URLSearchParams();
  if (token.value) headers.set('Authorization', `Bearer ${token.value.trim()}`);
  for (const field of form.querySelectorAll('[data-place]')) {
    if (field.value === '') continue;
    if (field.dataset.place === 'header') headers.set(field.name, field.value);
    if (field.dataset.place === 'query') query.set(field.name, field.value);
  }
  const body = form.querySelector('[data-place=body]')?.value;
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  const address = query.size ? `${form.dataset.path}?${query}` : form.dataset.path;
  // Without cookies, as a program would call it.
  return fetch(address, { method: form.dataset.method, headers, body, credentials: 'omit' });
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function keepToken(form, text) {
  if (form.dataset.path !== '/login') return;
  token.value = JSON.parse(text).token;
}

async function send(form) {
  const line = form.querySelector('[data-answer-line]');
  const answer = form.querySelector('[data-answer]');
  line.textContent = 'Sending';
  try {
    const response = await request(form);
    const text = await response.text();
    if (response.ok) keepToken(form, text);
    line.textContent = `Answer: ${response.status} ${response.statusText}`;
    answer.textContent = pretty(text);
    answer.hidden = false;
  } catch {
    line.textContent = 'This could not be sent. Check the token and the headers for characters that do not belong there.';
    answer.hidden = true;
  }
}

for (const form of document.querySelectorAll('[data-try]')) {
  const button = form.querySelector('[data-send]');
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-busy')) return;
    button.setAttribute('aria-busy', 'true');
    await send(form);
    button.removeAttribute('aria-busy');
  });
}
