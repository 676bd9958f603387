// Runs before the page is painted, so that nothing that needs scripts flickers in or out.
document.documentElement.classList.add('js');
