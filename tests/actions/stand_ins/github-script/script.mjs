// Runs a script as actions/github-script does, with the same libraries.
// Source: src/main.ts of actions/github-script, 2026-11.

import {createRequire} from 'node:module'
import * as core from '@actions/core'
import {context, getOctokit} from '@actions/github'

const AsyncFunction = Object.getPrototypeOf(async () => null).constructor
const given = {
  require: createRequire(`${process.cwd()}/`),
  github: getOctokit(process.env.TOKEN),
  context,
  core,
}
try {
  const script = new AsyncFunction(...Object.keys(given), process.env.SCRIPT)
  await script(...Object.values(given))
} catch (error) {
  console.error(error)
  core.setFailed(`Unhandled error: ${error}`)
}
