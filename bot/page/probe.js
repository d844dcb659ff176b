// What stands on the page now, as one plain value; called by the bot, not an init script.
({ targets, limit }) => {
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 0 && box.height > 0 && style.visibility !== 'hidden';
  };
  const byIcon = (ligature) => {
    for (const icon of document.querySelectorAll('i.google-symbols')) {
      if (icon.textContent.trim() !== ligature) continue;
      const button = icon.closest('button, [role="button"]');
      if (button) return button;
    }
    return null;
  };
  const found = {};
  for (const [name, strategies] of Object.entries(targets)) {
    for (const { strategy, css, icon } of strategies) {
      const element = icon ? byIcon(icon) : document.querySelector(css);
      if (!element) continue;
      found[name] = {
        strategy,
        label: element.getAttribute('aria-label') ?? '',
        muted: element.getAttribute('data-is-muted') ?? '',
        visible: visible(element),
        icon: element.querySelector('i.google-symbols')?.textContent.trim() ?? '',
        text: element.innerText?.slice(0, 200) ?? '',
      };
      break;
    }
  }
  const challenge = [...document.querySelectorAll('iframe[src*="recaptcha"]')].some((frame) => {
    const box = frame.getBoundingClientRect();
    return visible(frame) && box.width >= 120 && box.height >= 40;
  });
  return {
    url: location.href,
    language: document.documentElement.lang,
    text: (document.body?.innerText ?? '').slice(0, limit),
    found,
    challenge,
  };
}
