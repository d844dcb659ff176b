// Whether the meeting can be reached: told when the last connection that worked breaks or is back.
(() => {
  const worked = new WeakSet();
  let told = null;

  function state() {
    const all = peers.all();
    if (all.some((peer) => peer.connectionState === 'connected')) return true;
    const broken = all.some(
      (peer) => worked.has(peer) && ['disconnected', 'failed'].includes(peer.connectionState),
    );
    return broken ? false : null;
  }

  setInterval(() => {
    for (const peer of peers.all()) if (peer.connectionState === 'connected') worked.add(peer);
    const up = state();
    if (up === null || up === told) return;
    told = up;
    link.send({ type: 'network', up, at: pageNow() });
  }, 500);
})();
