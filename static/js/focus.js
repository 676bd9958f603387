// After a failed form the reader starts at the summary of what is wrong, not at the top of the page.
document.querySelector('[data-focus]')?.focus();
