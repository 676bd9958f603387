// Each behaviour finds its own elements by data attributes; a page without them costs nothing.
import './menus.js';
import './toasts.js';
import './submit.js';
import './password.js';
import './autosubmit.js';
import './editor.js';
import './compose.js';
import './uploads.js';
import './suggest.js';
import './reload.js';
import './focus.js';
