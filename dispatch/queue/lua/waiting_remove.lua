-- Takes a case out of the team's waiting order.
-- KEYS[1] waiting: sorted set of members, all with score 0
-- KEYS[2] places: hash, case id -> member
-- ARGV[1] case id
-- Returns 1 it was waiting, 0 it was not
local member = redis.call('HGET', KEYS[2], ARGV[1])
if not member then
  return 0
end
redis.call('ZREM', KEYS[1], member)
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
