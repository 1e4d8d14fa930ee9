// A process of its own for campaigns: takes one, answers with its result.
import { type Campaign, runCampaign } from './campaign.ts'

process.on('message', async (campaign: Campaign) => {
  process.send!(await runCampaign(campaign))
})
