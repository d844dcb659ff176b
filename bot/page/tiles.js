// People as the page shows them: tiles with their names and lit borders, and the head count.
(() => {
  const marks = config.people;
  let last = '';

  function lit(tile) {
    if (tile.querySelector(marks.speaking)) return true;
    const level = tile.querySelector('[data-audio-level]')?.getAttribute('data-audio-level');
    return level ? Number(level) > 0 : false;
  }

  const nameOf = (tile) => tile.querySelector(marks.name)?.textContent ?? '';

  // [tile, id]: by their ids; where the page has none, by the lights of the tiles and their names.
  function tiles() {
    const marked = [...document.querySelectorAll(`[${marks.id}]`)];
    if (marked.length) return marked.map((tile) => [tile, tile.getAttribute(marks.id)]);
    const names = new Map();
    return [...document.querySelectorAll(marks.light)].map((light) => {
      const tile = light.parentElement;
      const name = nameOf(tile);
      const count = (names.get(name) ?? 0) + 1;
      names.set(name, count);
      return [tile, name && `name/${name}${count > 1 ? `#${count}` : ''}`];
    });
  }

  function people() {
    const found = new Map();
    for (const [tile, id] of tiles()) {
      if (!id || tile.closest(marks.panel)) continue;
      const before = found.get(id);
      found.set(id, {
        id,
        name: nameOf(tile) || before?.name || '',
        speaking: lit(tile) || Boolean(before?.speaking),
        self: tile.hasAttribute('data-is-self') || Boolean(before?.self),
        room: tile.closest('[data-cohort-id]')?.getAttribute('data-cohort-id') ?? '',
      });
    }
    return [...found.values()];
  }

  function headCount() {
    const badge = document.querySelector(marks.count);
    if (!badge) return null;
    const number = Number(badge.getAttribute('data-avatar-count') || badge.textContent);
    return Number.isInteger(number) && number > 0 ? number : null;
  }

  function report() {
    const message = { tiles: people(), count: headCount() };
    const key = JSON.stringify(message);
    if (key === last) return;
    last = key;
    link.send({ type: 'tiles', ...message, at: pageNow() });
  }

  setInterval(report, 250);
})();
