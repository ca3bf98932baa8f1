-- Take back what an earlier run announced from the same origin; later origins stand.
delete from alert where signal = $signal and origin = $origin
