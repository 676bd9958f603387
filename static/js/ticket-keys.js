// Keys on a ticket. Its page has [data-ticket]; in data-at its place in the list that one came from.
import { keys } from './keys.js';
import { say } from './say.js';

const page = document.querySelector('[data-ticket]');
const visible = (element) => element?.checkVisibility() && element;

function follow(selector) {
  return () => {
    const link = page.querySelector(selector);
    if (!link?.href) return false;
    link.click();
    return true;
  };
}

function choose(selector) {
  return () => {
    const field = visible(page.querySelector(selector));
    if (!field) return false;
    field.focus();
    try {
      field.showPicker();
    } catch {
      return true; // a field without one, or a browser that wants a click for it
    }
    // Chosen from an open list is meant; a page that is loaded anew would lose what is being written.
    const save = () => { if (!page.querySelector('.composer textarea')?.value) field.form.requestSubmit(); };
    field.addEventListener('change', save, { once: true });
    field.addEventListener('blur', () => field.removeEventListener('change', save), { once: true });
    return true;
  };
}

function take() {
  const button = page.querySelector('[data-key-take]');
  const assignee = page.querySelector('.props [name=assignee]');
  const me = page.dataset.me;
  if (button) button.click();
  else if (assignee && assignee.value !== me && assignee.querySelector(`option[value="${me}"]`)) {
    assignee.value = me;
    assignee.form.requestSubmit();
  } else return false;
  return true;
}

function write(kind) {
  return () => {
    const radio = page.querySelector(`.composer [name=kind][value=${kind}]`);
    if (!radio) return false;
    radio.click();
    radio.form.querySelector('textarea').focus();
    return true;
  };
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(location.origin + location.pathname);
    say('Link copied');
  } catch {
    say('The link could not be copied; it is in the address bar');
  }
}

function hideEvents() {
  const hidden = page.querySelector('.thread').classList.toggle('thread--quiet');
  say(hidden ? 'Events hidden' : 'Events shown');
}

if (page) {
  keys({
    i: take,
    a: choose('.props [name=assignee]'),
    s: choose('.props [name=status]'),
    p: choose('.props [name=priority]'),
    t: choose('.props [name=tags]'),
    r: write('reply'),
    n: write('note'),
    u: follow('[data-key-back]'),
    j: follow('[data-key-next]'),
    k: follow('[data-key-previous]'),
    y: () => { copyLink(); },
    e: hideEvents,
  });

  // In a form of several fields Enter on a closed list does nothing by itself.
  page.querySelector('.props')?.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('select')) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  // The place where one came from, so that "next" is the same ticket after this one has changed.
  const address = new URL(location.href);
  if (page.dataset.at && address.searchParams.has('from') && !address.searchParams.has('at')) {
    address.searchParams.set('at', page.dataset.at);
    history.replaceState(history.state, '', address);
  }
}
