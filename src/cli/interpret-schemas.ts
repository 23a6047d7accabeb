import * as z from 'zod';

// Before any schema is made. A look at a few files is over before schemas that are compiled would have been worth it.
z.config({ jitless: true });
