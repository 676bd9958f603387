// Toasts come with the page. They go after ten seconds, but never while somebody reads or uses them.
const LASTING = 10_000;

function live(toast) {
  let timer;
  const leave = () => {
    // A focus inside would be lost with the toast.
    if (toast.matches(':hover, :focus-within')) return;
    toast.remove();
  };
  const start = () => { clearTimeout(timer); timer = setTimeout(leave, LASTING); };
  const hold = () => clearTimeout(timer);
  for (const type of ['mouseenter', 'focusin']) toast.addEventListener(type, hold);
  for (const type of ['mouseleave', 'focusout']) toast.addEventListener(type, start);
  toast.querySelector('[data-dismiss]')?.addEventListener('click', () => toast.remove());
  start();
}

for (const toast of document.querySelectorAll('[data-toast]')) live(toast);

// A live region speaks of what changes, not of what the page came with: say it once in one that changes.
const said = [...document.querySelectorAll('[data-toast] > span')].map((span) => span.textContent).join(' ');
if (said) {
  const voice = document.createElement('p');
  voice.className = 'vh';
  voice.setAttribute('role', 'status');
  document.body.append(voice);
  setTimeout(() => { voice.textContent = said; }, 500);
  setTimeout(() => voice.remove(), LASTING);
}
