// Every RTCPeerConnection of the page: its remote tracks and its data channels.
const peers = (() => {
  const known = new Set();
  const watched = new WeakSet();
  const LABELS = new Set(['captions', 'captions_v2', 'collections']);
  const encoder = new TextEncoder();

  function forward(label, body, at) {
    const name = encoder.encode(label);
    link.binary(2, name.length, at, name.length + body.byteLength, (view, buffer) => {
      new Uint8Array(buffer, 16, name.length).set(name);
      new Uint8Array(buffer, 16 + name.length).set(new Uint8Array(body));
    });
  }

  function watchChannel(channel) {
    if (!channel || watched.has(channel) || !LABELS.has(channel.label)) return;
    watched.add(channel);
    channel.addEventListener('message', async (event) => {
      const at = pageNow();
      let body = event.data;
      if (body instanceof Blob) body = await body.arrayBuffer();
      if (typeof body === 'string') body = encoder.encode(body).buffer;
      if (body.byteLength <= 256 * 1024) forward(channel.label, body, at);
    });
  }

  function adopt(peer) {
    if (known.has(peer)) return;
    known.add(peer);
    peer.addEventListener('track', (event) => sound.receiver(event.track, event.receiver));
    peer.addEventListener('datachannel', (event) => watchChannel(event.channel));
  }

  const Native = window.RTCPeerConnection;
  const createDataChannel = Native.prototype.createDataChannel;
  Native.prototype.createDataChannel = function (...args) {
    adopt(this);
    const channel = createDataChannel.apply(this, args);
    watchChannel(channel);
    return channel;
  };
  const setRemoteDescription = Native.prototype.setRemoteDescription;
  Native.prototype.setRemoteDescription = function (...args) {
    adopt(this);
    return setRemoteDescription.apply(this, args);
  };
  window.RTCPeerConnection = new Proxy(Native, {
    construct(target, args, newTarget) {
      const peer = Reflect.construct(target, args, newTarget);
      adopt(peer);
      return peer;
    },
  });
  if (window.webkitRTCPeerConnection) window.webkitRTCPeerConnection = window.RTCPeerConnection;

  function all() {
    for (const peer of known) if (peer.connectionState === 'closed') known.delete(peer);
    return [...known];
  }
  return { all };
})();
