-- Counts that newer ones replace.
delete from calibration
using counted
where calibration.community = counted.community and calibration.tagger = counted.tagger
    and calibration.scheme = counted.scheme and calibration.label = counted.label
