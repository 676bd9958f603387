// Spans of time go on while a page is open: "8m" becomes "9m". By the server's clock, which the page brought along.
import { duration } from './duration.js';

const EVERY = 60_000;
const FOUR_HOURS = 4 * 3600;
const A_DAY = 24 * 3600;
const made = document.querySelector('[data-now]')?.dataset.now;
const ahead = made ? Date.parse(made) - Date.now() : 0;

function tick() {
  const now = Date.now() + ahead;
  for (const time of document.querySelectorAll('.tk-age time, .sla time')) {
    const seconds = Math.max(0, (now - Date.parse(time.dateTime)) / 1000);
    time.textContent = duration(seconds);
    const wait = time.closest('.sla');
    if (wait) wait.dataset.sla = seconds < FOUR_HOURS ? 'ok' : seconds < A_DAY ? 'soon' : 'late';
  }
}

if (made) setInterval(() => { if (!document.hidden) tick(); }, EVERY);
document.addEventListener('visibilitychange', () => { if (made && !document.hidden) tick(); });
