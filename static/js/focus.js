// After a failed form the reader starts at the summary of what is wrong, not at the top of the page.
document.querySelector('[data-focus]')?.focus();

// An address that ends in the name of a field, or of what holds a text to write, means: write here.
const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
const field = named?.matches('input, textarea, select') ? named : named?.querySelector('textarea');
if (!document.querySelector('[data-focus]')) field?.focus();
