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

  function read(element) {
    const blocks = [];
    let covered = 0;
    for (const block of element.querySelectorAll(marks.block)) {
      const name = textOf(block, marks.name);
      const text = textOf(block, marks.text);
      covered += name.length + text.length;
      blocks.push({ number: numberOf(block), name, text });
    }
    let decoration = 0;
    for (const extra of element.querySelectorAll(marks.decoration)) {
      decoration += extra.textContent.length;
    }
    const leftover = Math.max(0, element.textContent.length - covered - decoration);
    return { blocks, leftover };
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
      link.send({ type: 'region_present', present: Boolean(element), at: pageNow() });
    }
    if (!element || !dirty) return;
    dirty = false;
    const { blocks, leftover } = read(element);
    const present = blocks.map((block) => block.number);
    const changed = blocks.filter((block) => {
      const key = `${block.name}\n${block.text}`;
      if (seen.get(block.number) === key) return false;
      seen.set(block.number, key);
      return true;
    });
    for (const number of seen.keys()) if (!present.includes(number)) seen.delete(number);
    if (changed.length || leftover > 0) {
      link.send({ type: 'region', blocks: changed, present, leftover, at: pageNow() });
    }
  }

  setInterval(report, 150);
  return { find };
})();
