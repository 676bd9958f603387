// <form data-picks> with input[data-pick] in its rows: select all, Shift for a range, the number in [data-pick-count].
for (const form of document.querySelectorAll('form[data-picks]')) {
  const picks = [...form.querySelectorAll('input[data-pick]')];
  const all = form.querySelector('input[data-pick-all]');
  const count = form.querySelector('[data-pick-count]');
  let last = null;

  const told = () => {
    const chosen = picks.filter((pick) => pick.checked).length;
    if (all) {
      all.checked = chosen > 0 && chosen === picks.length;
      all.indeterminate = chosen > 0 && chosen < picks.length;
    }
    if (count) count.textContent = chosen ? `${chosen} selected` : '';
  };

  for (const pick of picks) {
    pick.addEventListener('click', (event) => {
      if (event.shiftKey && last && last !== pick) {
        const [from, to] = [picks.indexOf(last), picks.indexOf(pick)].sort((a, b) => a - b);
        for (const between of picks.slice(from, to + 1)) between.checked = pick.checked;
      }
      last = pick;
      told();
    });
  }
  all?.addEventListener('change', () => {
    for (const pick of picks) pick.checked = all.checked;
    told();
  });
  // The browser may restore ticks on reload or on the way back.
  addEventListener('pageshow', told);
}
