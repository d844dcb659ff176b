// The microphone: one track of silence, with a node that spoken translation can feed later.
const microphone = (() => {
  const ours = new WeakSet();
  let destination = null;

  function freshTrack() {
    if (!destination) destination = new AudioContext().createMediaStreamDestination();
    const track = destination.stream.getAudioTracks()[0].clone();
    Object.defineProperty(track, 'label', { value: config.microphone.label });
    const { getSettings } = track;
    track.getSettings = () => ({
      ...getSettings.call(track),
      deviceId: config.microphone.id,
      groupId: config.microphone.group,
    });
    track.applyConstraints = async () => {};
    ours.add(track);
    return track;
  }

  return { freshTrack, owns: (track) => ours.has(track) };
})();
