// The page's audio contexts, ours among them: where the sound server died, they go on in
// silence until they are opened again.
const contexts = (() => {
  const known = new Set(); // weak references
  window.AudioContext = new Proxy(window.AudioContext, {
    construct(target, args, newTarget) {
      const made = Reflect.construct(target, args, newTarget);
      known.add(new WeakRef(made));
      return made;
    },
  });

  function revive() {
    for (const reference of known) {
      const context = reference.deref();
      if (!context || context.state === 'closed') known.delete(reference);
      else if (context.state === 'running') {
        context.suspend().then(() => context.resume()).catch(() => {});
      }
    }
  }

  return { revive };
})();
