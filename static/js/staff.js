// What only the help desk's pages do.
import './desk.js';
import './keys.js';
import './go-keys.js';
import './list-keys.js';
import './ticket-keys.js';
import './help.js';
import './ticking.js';
import './pulse.js';
