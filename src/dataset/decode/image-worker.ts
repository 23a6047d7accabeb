import { z } from 'zod';
import { channelToParent } from '../../protocol/node/transports';
import { greyThumbnail, imageSize, smallPicture } from './decode';

// A process that opens images for a host, so that the native decoder is not loaded there. It ends with its channel.
const zFile = z.object({ file: z.string() });
const zPicture = zFile.extend({ side: z.number().int().positive().max(4096) });
const zThumbnail = zFile.extend({ width: z.number().int().positive(), height: z.number().int().positive() });

channelToParent({
  handlers: {
    size: (raw) => imageSize(zFile.parse(raw).file),
    picture: (raw) => {
      const { file, side } = zPicture.parse(raw);
      return smallPicture(file, side);
    },
    thumbnail: (raw) => {
      const { file, ...size } = zThumbnail.parse(raw);
      return greyThumbnail(file, size);
    },
  },
});
process.once('disconnect', () => process.exit(0));
