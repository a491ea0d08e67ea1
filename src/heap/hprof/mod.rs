mod bytes;
mod ids;
mod record;
