// What the page is told of devices: one camera, one microphone, one speaker, all the bot's.
(() => {
  const media = navigator.mediaDevices;
  if (!media) return;
  const device = (kind, { id, group, label }) => {
    const base = window.InputDeviceInfo && kind !== 'audiooutput'
      ? InputDeviceInfo.prototype : MediaDeviceInfo.prototype;
    const values = { deviceId: id, groupId: group, kind, label };
    const info = Object.create(base);
    for (const [key, value] of Object.entries(values)) {
      Object.defineProperty(info, key, { value, enumerable: true });
    }
    info.toJSON = () => ({ ...values });
    info.getCapabilities = () => ({ deviceId: id, groupId: group });
    return info;
  };
  const devices = [
    device('audioinput', config.microphone),
    device('videoinput', config.camera),
    device('audiooutput', config.speaker),
  ];
  const { prototype } = window.MediaDevices;
  prototype.enumerateDevices = async () => [...devices];
  prototype.getUserMedia = async (constraints = {}) => {
    if (!constraints.audio && !constraints.video) throw new TypeError('nothing was asked for');
    const stream = new MediaStream();
    if (constraints.audio) stream.addTrack(microphone.freshTrack());
    if (constraints.video) stream.addTrack(camera.freshTrack());
    return stream;
  };
})();
