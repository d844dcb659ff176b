// What stands on the page now, as one plain value; called by the bot, not an init script.
({ targets, limit }) => {
  const visible = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 0 && box.height > 0 && style.visibility !== 'hidden';
  };
  const byIcon = (ligatures, holder) => {
    const wanted = ligatures.split('|');
    return [...document.querySelectorAll('i.google-symbols')]
      .filter((icon) => wanted.includes(icon.textContent.trim()))
      .map((icon) => icon.closest(holder || 'button, [role="button"]'))
      .filter(Boolean);
  };
  const found = {};
  for (const [name, strategies] of Object.entries(targets)) {
    for (const { strategy, css, icon } of strategies) {
      const elements = icon ? byIcon(icon, css) : [...document.querySelectorAll(css)];
      const element = elements.find(visible) ?? elements[0];
      if (!element) continue;
      found[name] = {
        strategy,
        label: element.getAttribute('aria-label') ?? '',
        pressed: element.getAttribute('aria-pressed') ?? '',
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
    heading: document.querySelector('h1, [role="heading"][aria-level="1"]')?.innerText ?? '',
    text: (document.body?.innerText ?? '').slice(0, limit),
    found,
    challenge,
  };
}
