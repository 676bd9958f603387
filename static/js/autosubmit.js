// <select data-autosubmit>: choosing is sending. The form's button is there for those without scripts.
// Firefox and Windows fire "change" at each arrow key on a closed select, so keys wait for Enter or for leaving.
for (const select of document.querySelectorAll('select[data-autosubmit]')) {
  let sent = select.value;
  let byKeys = false;
  const send = () => {
    if (select.value === sent) return;
    sent = select.value;
    select.form.requestSubmit();
  };
  select.addEventListener('keydown', (event) => {
    byKeys = event.key !== 'Enter';
    if (!byKeys) send();
  });
  select.addEventListener('pointerdown', () => { byKeys = false; });
  select.addEventListener('change', () => { if (!byKeys) send(); });
  select.addEventListener('blur', send);
}
