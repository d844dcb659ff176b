// The captions region: every block's name and text whenever one of them changed.
const region = (() => {
  const marks = config.captions;
  const numbers = new WeakMap();
  const seen = new Map(); // number -> last text sent
  let next = 1;
  let observed = null;
  let dirty = true;
  const observer = new MutationObserver(() => { dirty = true; });

  function find() {
    for (const selector of marks.regions) {
      const found = document.querySelector(selector);
      if (found) return found;
    }
    return null;
  }

  function textOf(block, selectors) {
    for (const selector of selectors) {
      const found = block.querySelector(selector);
      if (found) return found.textContent;
    }
    return '';
  }

  function numberOf(block) {
    if (!numbers.has(block)) {
      numbers.set(block, next);
      next += 1;
    }
    return numbers.get(block);
  }

  function entry(block, name, text) {
    const own = block.hasAttribute('data-is-self') || block.querySelector('[data-is-self]') !== null;
    return { number: numberOf(block), name, text, own };
  }

  function byClass(element) {
    return [...element.querySelectorAll(marks.block)].map((block) =>
      entry(block, textOf(block, marks.name), textOf(block, marks.text)));
  }

  // Where no class is known any more: a block has a head with the name and a body with the text.
  function byStructure(element) {
    return [...element.children]
      .filter((block) => block.children.length >= 2 && !block.querySelector('button'))
      .map((block) => entry(block, block.firstElementChild.textContent, block.lastElementChild.textContent));
  }

  function read(element) {
    let decoration = 0;
    for (const extra of element.querySelectorAll(marks.decoration)) {
      decoration += extra.textContent.length;
    }
    const plain = element.textContent.length - decoration;
    const without = (blocks) =>
      Math.max(0, plain - blocks.reduce((sum, { name, text }) => sum + name.length + text.length, 0));
    const blocks = byClass(element);
    const leftover = without(blocks);
    if (blocks.length || leftover === 0) return { blocks, leftover, way: 'class' };
    const guessed = byStructure(element);
    return { blocks: guessed, leftover: without(guessed), way: guessed.length ? 'structure' : 'none' };
  }

  function report() {
    const element = find();
    if (element !== observed) {
      observer.disconnect();
      observed = element;
      dirty = true;
      if (element) {
        observer.observe(element, { subtree: true, childList: true, characterData: true });
      }
    }
    if (!element || !dirty) return;
    dirty = false;
    const { blocks, leftover, way } = read(element);
    const present = blocks.map((block) => block.number);
    const changed = blocks.filter((block) => {
      const key = `${block.name}\n${block.text}`;
      if (seen.get(block.number) === key) return false;
      seen.set(block.number, key);
      return true;
    });
    for (const number of seen.keys()) if (!present.includes(number)) seen.delete(number);
    if (changed.length || leftover > 0) {
      link.send({ type: 'region', blocks: changed, present, leftover, way, at: pageNow() });
    }
  }

  setInterval(report, 150);
  return { find };
})();
