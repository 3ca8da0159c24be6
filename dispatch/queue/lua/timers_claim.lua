-- Claims what is due, for the length of a lease: nobody else gets it before the lease ends.
-- KEYS[1] timers: sorted set of deadline ids, score = the millisecond from which one may be claimed
-- KEYS[2] leases: hash, deadline id -> true due millisecond while a lease runs
-- ARGV[1] now: millisecond
-- ARGV[2] limit: how many at most
-- ARGV[3] until: millisecond at which the lease ends
-- Returns {earliest millisecond left to wait for or '', id, true due, id, true due, ...}, longest due first
local due = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')
local answer = { '' }
for i = 1, #due, 2 do
  local id = due[i]
  local true_due = redis.call('HGET', KEYS[2], id) or due[i + 1]
  redis.call('HSET', KEYS[2], id, true_due)
  redis.call('ZADD', KEYS[1], ARGV[3], id)
  answer[#answer + 1] = id
  answer[#answer + 1] = true_due
end
local next = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if next[2] then
  answer[1] = next[2]
end
return answer
