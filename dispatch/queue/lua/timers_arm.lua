-- Arms deadlines, or moves them; a lease on one is void. Wakes the tickers when one is due before all others.
-- KEYS[1] timers: sorted set of deadline ids, score = the millisecond from which one may be claimed
-- KEYS[2] leases: hash, deadline id -> true due millisecond while a lease runs
-- ARGV[1] wake: the channel sleeping tickers listen to
-- ARGV[2+] deadline id
-- ARGV[3+] due: millisecond
-- Returns 1 the earliest due came forward and tickers were told, 0 otherwise
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local earliest = first[2] and tonumber(first[2]) or math.huge
local forward = 0
for i = 2, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i])
  redis.call('HDEL', KEYS[2], ARGV[i])
  if tonumber(ARGV[i + 1]) < earliest then
    forward = 1
  end
end
if forward == 1 then
  redis.call('PUBLISH', ARGV[1], '1')
end
return forward
