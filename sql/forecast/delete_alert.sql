-- Take back what an earlier run of the same question announced from the same origin.
delete from alert where signal = $signal and origin = $origin and high = $high and horizon = $horizon
