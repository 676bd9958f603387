// A page that tells how far something is looks again by itself: <progress data-reload="3"> (seconds).
const waiting = document.querySelector('[data-reload]');
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000);
