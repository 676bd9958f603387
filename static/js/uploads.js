// <form data-uploads="/uploads" data-files-max data-file-max>: files go up at once, chosen, dropped or pasted, and the
// form carries their ids. See components/upload.html. Without scripts the native input sends them with the form.
const MB = 1024 * 1024;

// The same words as size_label in app/domain/attachments.py.
function sizeLabel(size) {
  if (size < 1000) return `${size} bytes`;
  if (size < 1000 * 1024) return `${Math.max(1, Math.round(size / 1024))} KB`;
  if (size < 9.95 * MB) return `${(size / MB).toFixed(1)} MB`;
  return size < 1000 * MB ? `${Math.round(size / MB)} MB` : `${(size / MB / 1024).toFixed(1)} GB`;
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector('[data-upload-list]');
    this.errors = form.querySelector('[data-upload-errors]');
    this.status = form.querySelector('[data-upload-status]');
    this.input = form.querySelector('input[type=file]');
    this.waiting = [];
    this.running = null;
    this.submitter = undefined;
    for (const item of this.list.querySelectorAll('[data-upload]')) this.adopt(item);
    this.listen();
  }

  listen() {
    const { form, input } = this;
    input.addEventListener('change', () => {
      this.add([...input.files]);
      input.value = '';
    });
    form.addEventListener('paste', (event) => {
      const files = [...event.clipboardData.files];
      // What was copied from a table or a page has a picture of itself besides its text.
      if (!files.length || event.clipboardData.types.includes('text/plain')) return;
      event.preventDefault();
      this.add(files);
    });
    form.addEventListener('dragover', (event) => {
      if (!event.dataTransfer.types.includes('Files')) return;
      event.preventDefault();
      form.classList.add('is-over');
    });
    form.addEventListener('dragleave', (event) => {
      if (!form.contains(event.relatedTarget)) form.classList.remove('is-over');
    });
    form.addEventListener('drop', (event) => {
      form.classList.remove('is-over');
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
    form.addEventListener('submit', (event) => this.hold(event));
  }

  // A form that is sent meanwhile waits for its files.
  hold(event) {
    if (event.defaultPrevented || !this.isBusy()) return;
    event.preventDefault();
    this.submitter = event.submitter ?? null;
    this.submitter?.setAttribute('aria-busy', 'true');
    this.say('Your files are still on their way; it is sent as soon as they are here.');
  }

  isBusy() {
    return this.running !== null || this.waiting.length > 0;
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  refuse(sentence) {
    const line = this.form.querySelector('[data-upload-refusal]').content.cloneNode(true);
    line.querySelector('bdi').textContent = sentence;
    this.errors.append(line);
    this.say(sentence);
    // Not before the reason has been read.
    this.submitter?.removeAttribute('aria-busy');
    this.submitter = undefined;
  }

  add(files) {
    this.errors.replaceChildren();
    const most = Number(this.form.dataset.fileMax);
    for (const file of files) {
      const name = file.name || 'This file';
      const limit = sizeLabel(most);
      const size = sizeLabel(file.size) === limit ? `${file.size} bytes` : sizeLabel(file.size);
      if (this.list.children.length >= Number(this.form.dataset.filesMax)) {
        this.refuse(`${name} is one too many: up to ${this.form.dataset.filesMax} files go together.`);
      } else if (file.size > most) {
        this.refuse(`${name} is ${size}; the limit is ${limit}.`);
      } else if (!file.size) {
        this.refuse(`${name} is empty: there is nothing in it to attach.`);
      } else {
        this.waiting.push({ file, item: this.show(file) });
      }
    }
    this.next();
  }

  show(file) {
    const item = this.form.querySelector('[data-upload-template]').content.firstElementChild.cloneNode(true);
    item.querySelector('bdi').textContent = file.name;
    item.querySelector('small').textContent = 'waiting';
    item.querySelector('progress').setAttribute('aria-label', `Uploading ${file.name}`);
    item.querySelector('[data-upload-remove]').setAttribute('aria-label', `Cancel upload of ${file.name}`);
    item.querySelector('[data-upload-remove]').addEventListener('click', () => this.remove(item));
    this.list.append(item);
    return item;
  }

  // One after the other, so that they stand in the order in which they were chosen.
  next() {
    if (!this.running && this.waiting.length) this.send(this.waiting.shift());
    if (this.isBusy() || this.submitter === undefined) return;
    const { submitter } = this;
    this.submitter = undefined;
    submitter?.removeAttribute('aria-busy');
    this.form.requestSubmit(submitter);
  }

  send(upload) {
    const { file, item } = upload;
    const body = new FormData();
    body.set('csrf_token', this.form.elements.csrf_token.value);
    body.set('files', file);
    const request = new XMLHttpRequest(); // fetch tells nothing of how far it is
    upload.request = request;
    item.upload = upload;
    this.running = upload;
    request.upload.addEventListener('progress', ({ loaded, total }) => this.progress(item, loaded, total));
    request.addEventListener('load', () => this.arrived(upload));
    request.addEventListener('error', () => this.lost(upload, `${file.name} could not be uploaded. Check your connection and choose it again.`));
    request.addEventListener('loadend', () => {
      this.running = null;
      this.next();
    });
    request.open('POST', this.form.dataset.uploads);
    request.responseType = 'json';
    request.setRequestHeader('Accept', 'application/json');
    request.send(body);
  }

  progress(item, loaded, total) {
    const percent = Math.floor((loaded / total) * 100);
    item.querySelector('progress').value = percent;
    item.querySelector('small').textContent = percent < 100 ? `uploading, ${percent} %` : 'being stored';
  }

  arrived({ request, item, file }) {
    const answer = request.response;
    if (request.status === 201 && answer) this.keep(item, answer);
    else this.lost({ item }, this.why(request, file));
  }

  why({ status, response, responseURL }, file) {
    if (response?.errors) return response.errors.join(' ');
    if (responseURL.includes('/login')) return `${file.name} was not uploaded: you have been signed out. Sign in in another tab and choose it again.`;
    return `${file.name} could not be uploaded (${status}). Choose it again in a moment.`;
  }

  lost({ item }, sentence) {
    item.remove();
    this.refuse(sentence);
  }

  keep(item, { id, name, size, icon }) {
    const use = item.querySelector('use');
    use.setAttribute('href', use.getAttribute('href').replace(/#.*/, `#i-${icon}`));
    const input = document.createElement('input');
    Object.assign(input, { type: 'hidden', name: 'attachments', value: id });
    item.dataset.upload = id;
    item.querySelector('bdi').textContent = name;
    item.querySelector('small').textContent = `${size} · uploaded`;
    item.querySelector('progress').remove();
    item.querySelector('[data-upload-remove]').setAttribute('aria-label', `Remove ${name}`);
    item.append(input);
    this.say(`${name} is uploaded.`);
  }

  // The page came with these; a button takes the place of their tick.
  adopt(item) {
    const tick = item.querySelector('input');
    if (tick.checked) tick.type = 'hidden';
    else item.remove();
    item.querySelector('[data-upload-remove]').addEventListener('click', () => this.remove(item));
  }

  remove(item) {
    item.upload?.request.abort();
    this.waiting = this.waiting.filter((upload) => upload.item !== item);
    if (item.dataset.upload) this.forget(item.dataset.upload);
    item.remove();
    this.say('Removed.');
    this.input.focus();
    this.next();
  }

  forget(id) {
    const body = new FormData();
    body.set('csrf_token', this.form.elements.csrf_token.value);
    // If this fails, it goes by itself after a day.
    fetch(`${this.form.dataset.uploads}/${id}/remove`, { method: 'POST', body }).catch(() => {});
  }
}

for (const form of document.querySelectorAll('form[data-uploads]')) new Uploads(form);
