// say('Link copied'): a short word that is seen and heard. The page's toasts come from the server; this is for what only happens here.
const LASTING = 4_000;

export function say(text) {
  const toast = document.createElement('div');
  toast.className = 'toast';
  toast.append(Object.assign(document.createElement('span'), { textContent: text }));
  document.querySelector('.toasts').append(toast);
  setTimeout(() => toast.remove(), LASTING);
}
