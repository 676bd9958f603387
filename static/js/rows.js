// The rows of a ticket table and which of them is the current one: the one with aria-current.
export const rows = () => [...document.querySelectorAll('.tickets .tk')];
export const current = () => document.querySelector('.tickets .tk[aria-current]');
export const linkOf = (row) => row.querySelector('.tk-title a');
export const numberOf = (row) => /\/(\d+)(?:\?|$)/.exec(linkOf(row).getAttribute('href'))[1];
export const rowOf = (number) => rows().find((row) => numberOf(row) === String(number));

export function setCurrent(row) {
  for (const other of document.querySelectorAll('.tickets .tk[aria-current]')) other.removeAttribute('aria-current');
  row?.setAttribute('aria-current', 'true');
}

export function isWide() {
  return matchMedia('(width >= 80rem)').matches;
}
