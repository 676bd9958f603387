// Markdown editor: <… data-editor data-preview="/preview"> around one textarea; see components/editor.html.
const MARKS = {
  bold: (text) => wrap(text, '**', '**', 'bold'),
  italic: (text) => wrap(text, '*', '*', 'italic'),
  code: (text) => (text.includes('\n') ? wrap(text, '```\n', '\n```', '') : wrap(text, '`', '`', 'code')),
  link: (text) => ({ text: `[${text || 'text'}](https://)`, from: (text || 'text').length + 3, to: (text || 'text').length + 11 }),
  list: (text) => {
    const lines = (text || 'item').split('\n').map((line) => `- ${line}`).join('\n');
    return { text: lines, from: text ? lines.length : 2, to: lines.length, ownLine: true };
  },
};

function wrap(text, before, after, placeholder) {
  const inner = text || placeholder;
  return { text: before + inner + after, from: before.length, to: before.length + inner.length };
}

function mark(textarea, action) {
  const { selectionStart: start, selectionEnd: end, value } = textarea;
  const made = MARKS[action](value.slice(start, end));
  const lead = made.ownLine && start > 0 && value[start - 1] !== '\n' ? '\n' : '';
  textarea.focus();
  // The old way of inserting is the only one that Ctrl+Z can undo.
  if (!document.execCommand('insertText', false, lead + made.text)) {
    textarea.setRangeText(lead + made.text, start, end);
    textarea.dispatchEvent(new Event('input', { bubbles: true }));
  }
  const at = start + lead.length;
  textarea.setSelectionRange(at + made.from, at + made.to);
}

const FAILED = 'The preview could not be loaded. Your text is safe under “Write”.';

async function rendered(editor, textarea) {
  const body = new FormData();
  body.set('csrf_token', textarea.form.elements.csrf_token.value);
  body.set('text', textarea.value);
  const answer = await fetch(editor.dataset.preview, { method: 'POST', body, headers: { Accept: 'text/html' } });
  // A redirect leads to the sign-in page, which is no preview.
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  // The server has sanitised it; parsed apart from the page, nothing in it runs.
  return [...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes];
}

async function preview(editor, textarea, pane) {
  pane.setAttribute('aria-busy', 'true');
  pane.textContent = textarea.value.trim() ? 'Loading the preview' : 'Nothing to preview yet.';
  try {
    if (textarea.value.trim()) pane.replaceChildren(...await rendered(editor, textarea));
  } catch {
    pane.textContent = FAILED;
  }
  pane.removeAttribute('aria-busy');
}

for (const editor of document.querySelectorAll('[data-editor]')) {
  const textarea = editor.querySelector('textarea');
  const pane = editor.querySelector('[data-preview-pane]');
  if (!textarea) continue;
  for (const button of editor.querySelectorAll('[data-md]')) {
    button.addEventListener('click', () => mark(textarea, button.dataset.md));
  }
  textarea.addEventListener('keydown', (event) => {
    const action = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && { b: 'bold', i: 'italic' }[event.key];
    if (!action) return;
    event.preventDefault();
    mark(textarea, action);
  });
  for (const mode of editor.querySelectorAll('[data-mode]')) {
    mode.addEventListener('change', () => {
      const writing = mode.value === 'write';
      textarea.hidden = !writing;
      pane.hidden = writing;
      for (const button of editor.querySelectorAll('[data-md]')) button.hidden = !writing;
      if (!writing) preview(editor, textarea, pane);
    });
  }
  // With scripts the preview is on the page; this button would only catch Enter in the fields before it.
  editor.querySelector('[data-preview-page]')?.remove();
}
