// "?" opens the page of all keys as a dialog; the switch in it acts at once.
import { onSwitch } from './desk.js';
import { keys } from './keys.js';

const MAC = /mac|iphone|ipad/i.test(navigator.platform);
const link = document.querySelector('[data-help]');
let dialog;

function inWordsOfThisComputer(root) {
  if (!MAC) return;
  for (const key of root.querySelectorAll('kbd')) if (key.textContent === 'Ctrl') key.textContent = '⌘';
}

async function make() {
  const answer = await fetch(link.href);
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const content = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-shortcuts]');
  const made = document.createElement('dialog');
  made.className = 'dialog dialog--wide';
  made.setAttribute('aria-labelledby', 'shortcuts');
  made.append(...content.childNodes);
  const leave = document.createElement('form');
  leave.method = 'dialog';
  leave.innerHTML = '<button class="btn btn--quiet btn--small" autofocus>Close <span class="keys" aria-hidden="true"><kbd>Esc</kbd></span></button>';
  made.querySelector('.dialog__head').append(leave);
  inWordsOfThisComputer(made);
  made.addEventListener('click', (event) => { if (event.target === made) made.close(); });
  document.body.append(made);
  return made;
}

async function open() {
  try {
    dialog ??= await make();
    if (!dialog.open) dialog.showModal();
  } catch {
    location.href = link.href;
  }
}

inWordsOfThisComputer(document);
onSwitch('[data-keys-switch]', { on: 'on', off: 'off' }, (on) => {
  document.body.classList.toggle('no-keys', !on);
});
if (link && !document.querySelector('main [data-shortcuts]')) {
  keys({ '?': () => { open(); } });
  for (const hint of document.querySelectorAll('main [data-help]')) {
    hint.addEventListener('click', (event) => {
      event.preventDefault();
      open();
    });
  }
}
