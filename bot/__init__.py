"""One Meet: the browser, the way in, the sound, the captions, the camera, the way out."""
