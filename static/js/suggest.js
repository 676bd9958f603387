// <div data-suggest="/tickets/suggestions">: while a title is typed, what is known like it; see ticket/_suggestions.html.
const PAUSE = 300;
const SHORTEST = 3;

const place = document.querySelector('[data-suggest]');
const title = document.querySelector('#title');
if (place && title) watch(title.form.elements);

function watch({ title, requester, anyway }) {
  const box = place.querySelector('[data-suggest-box]');
  const status = place.querySelector('[data-suggest-status]');
  let asked = question();
  let waiting;
  let request;

  function question() {
    return new URLSearchParams({ title: title.value.trim(), requester: requester?.value.trim() ?? '' }).toString();
  }

  function show(found) {
    box.replaceChildren(...found);
    // Whoever has seen them here is not asked once more by the server before it goes.
    anyway.value = '';
    status.textContent = box.querySelector('[data-suggest-count]')?.textContent ?? '';
    for (const card of box.children) seen.observe(card);
  }

  const seen = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) anyway.value = '1';
  }, { threshold: 0.5 });
  for (const card of box.children) seen.observe(card);

  async function ask() {
    const now = question();
    if (now === asked) return;
    asked = now;
    request?.abort();
    if (title.value.trim().length < SHORTEST) {
      show([]);
      return;
    }
    request = new AbortController();
    try {
      const answer = await fetch(`${place.dataset.suggest}?${now}`, { headers: { Accept: 'text/html' }, signal: request.signal });
      // A redirect leads to the sign-in page; a refusal leaves what is there.
      if (!answer.ok || answer.redirected) return;
      show([...new DOMParser().parseFromString(await answer.text(), 'text/html').body.children]);
    } catch {
      // The next word asks again.
    }
  }

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  }

  title.addEventListener('input', later);
  requester?.addEventListener('change', later);
}
