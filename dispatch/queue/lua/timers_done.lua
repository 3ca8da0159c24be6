-- Drops deadlines that were dealt with, unless they were armed anew or claimed by another meanwhile.
-- KEYS[1] timers: sorted set of deadline ids, score = the millisecond from which one may be claimed
-- KEYS[2] leases: hash, deadline id -> true due millisecond while a lease runs
-- ARGV[1] until: millisecond at which the lease they were claimed with ends
-- ARGV[2+] deadline id
-- Returns how many were dropped
local dropped = 0
for i = 2, #ARGV do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[1]) then
    redis.call('ZREM', KEYS[1], ARGV[i])
    redis.call('HDEL', KEYS[2], ARGV[i])
    dropped = dropped + 1
  end
end
return dropped
